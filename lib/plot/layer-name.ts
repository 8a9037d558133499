/** @returns a layer as figures and pages name it, blocks from 1 on: `blocks.0.mlp.fc1` is `block 1, mlp.fc1` */
export const layerName = (layer: string): string =>
  layer.replace(/^blocks\.(\d+)\./, (_, block: string) => `block ${Number(block) + 1}, `);
