/** The four 32-bit words of a generator; JSON-safe, so that a run can be stopped and continued. */
export type RandomState = readonly [number, number, number, number];

/**
 * The one source of randomness: xoshiro128**, seeded by splitmix32, with a state that can be saved and restored.
 *
 * Reference: Blackman and Vigna, *Scrambled Linear Pseudorandom Number Generators*, ACM TOMS 47(4), 2021.
 *
 * @example
 * const random = new Random(1);
 * random.uniform(); // the same number on every machine
 */
export class Random {
  private words: Uint32Array;

  /** @param seed - any integer; further integers give independent streams, e.g. `new Random(seed, epoch)` */
  constructor(...seed: number[]) {
    let h = 0x9e3779b9;
    const next = () => {
      h = (h + 0x9e3779b9) >>> 0;
      let z = h;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    for (const part of seed) {
      h = (h ^ (part >>> 0)) >>> 0;
      h = next();
      h = (h ^ (Math.floor(part / 2 ** 32) >>> 0)) >>> 0;
      h = next();
    }
    this.words = Uint32Array.from([next(), next(), next(), next()]);
  }

  /** @returns the state, to be given to `Random.restore` */
  state(): RandomState {
    return [...this.words] as unknown as RandomState;
  }

  /** @returns a generator that goes on where `state` was taken */
  static restore(state: RandomState): Random {
    const random = new Random(0);
    random.words = Uint32Array.from(state);
    return random;
  }

  /** @returns 32 random bits as an unsigned integer */
  bits(): number {
    const s = this.words;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** @returns a number in [0, 1) */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** @returns an integer in [0, limit) */
  integer(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** @returns a standard normal number (Box-Muller, one of the pair) */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** @returns 0 … count - 1 in random order (Fisher-Yates) */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
