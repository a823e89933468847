// jit-functions SECONDS: two functions of known places that a JavaScript engine compiles, busy by turns.

/** @param {number} count */
export function grind(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum = (sum * 31 + i) | 0; // grind's work
  }
  return sum;
}

class Mill {
  /** @param {number} count */
  turn(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum = (sum * 17 + i) | 0; // turn's work
    }
    return sum;
  }
}

const mill = new Mill();
const end = Date.now() + Number(process.argv[2]) * 1000;
let sum = 0;
while (Date.now() < end) sum ^= grind(200_000) ^ mill.turn(100_000);
console.log(sum);
