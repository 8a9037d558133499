/**
 * Where the class token looks: softmax(q₀ Kᵀ / √d), by head.
 *
 * @param qkv - queries, keys and values of one image's tokens, a head's numbers together; shape [N, 3 · D]
 * @param heads - H; the width of a head is d = D / H
 * @returns shape [H, N]
 */
export function classTokenAttention(qkv: Float32Array, tokens: number, heads: number): Float32Array {
  const width = qkv.length / (3 * tokens);
  const d = width / heads;
  const found = new Float32Array(heads * tokens);
  for (let head = 0; head < heads; head++) {
    const row = found.subarray(head * tokens, (head + 1) * tokens);
    for (let token = 0; token < tokens; token++) {
      const [query, key] = [head * d, 3 * width * token + width + head * d];
      let product = 0;
      for (let i = 0; i < d; i++) product += qkv[query + i] * qkv[key + i];
      row[token] = product / Math.sqrt(d);
    }
    const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let token = 0; token < tokens; token++) {
      row[token] = Math.exp(row[token] - largest);
      sum += row[token];
    }
    for (let token = 0; token < tokens; token++) row[token] /= sum;
  }
  return found;
}
