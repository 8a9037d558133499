/** What Rollup says of a warning. */
interface Warning {
  readonly code?: string;
  readonly id?: string;
  readonly message: string;
}

/** Leaves out what nobody can do anything about: comments in packages, and TypeScript's parts for Node alone. */
export function onwarn<T extends Warning>(warning: T, warn: (warning: T) => void): void {
  const isForeign = warning.code === "INVALID_ANNOTATION" && warning.id?.includes("node_modules");
  const isForNode = /externalized for browser compatibility, imported by "[^"]*\/typescript\.js"/.test(warning.message);
  if (!isForeign && !isForNode) warn(warning);
}
