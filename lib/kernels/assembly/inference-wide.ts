// Those of the engine with their shapes for 256-bit registers, which only Node has; without `setWide` the compiler drops them.
export * from "./inference";
export { setWide } from "./tier";
