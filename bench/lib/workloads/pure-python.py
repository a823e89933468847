"""Python code that calls no extension: recursion, generators, exceptions, dictionaries, methods."""


class Tree:
    def __init__(self, depth):
        self.children = [Tree(depth - 1) for _ in range(2)] if depth else []

    def size(self):
        return 1 + sum(child.size() for child in self.children)


def permutations(items):
    if len(items) <= 1:
        yield items
        return
    for i, first in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1 :]):
            yield [first, *rest]


def count_words(text):
    counts = {}
    for word in text.split():
        try:
            counts[word] += 1
        except KeyError:
            counts[word] = 1
    return sorted(counts, key=lambda word: (-counts[word], word))


while True:
    Tree(8).size()
    for order in permutations(list(range(5))):
        sorted(order, key=lambda value: -value)
    count_words(" ".join(str(i % 97) for i in range(2000)))
