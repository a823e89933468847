// Goroutines that allocate, sort and encode: the garbage collector and the scheduler run beside them.
package main

import (
	"encoding/json"
	"sort"
	"strconv"
)

type node struct {
	Name        string
	Left, Right *node
}

func grow(depth int) *node {
	if depth == 0 {
		return &node{Name: strconv.Itoa(depth)}
	}
	return &node{Name: "inner", Left: grow(depth - 1), Right: grow(depth - 1)}
}

func work(results chan<- int) {
	for {
		tree := grow(8)
		text, err := json.Marshal(tree)
		if err != nil {
			panic(err)
		}
		words := make([]string, 0, len(text)/16)
		for i := 0; i+16 < len(text); i += 16 {
			words = append(words, string(text[i:i+16]))
		}
		sort.Strings(words)
		results <- len(words)
	}
}

func main() {
	results := make(chan int)
	for i := 0; i < 4; i++ {
		go work(results)
	}
	counts := map[int]int{}
	for count := range results {
		counts[count%100]++
	}
}
