/** What the tests use of playwright-core, which only the site's own folder has. */
export interface Page {
  goto(address: string, options?: { waitUntil?: "load" | "networkidle" }): Promise<unknown>;
  /** Runs in the page; an expression as text, as these files know no document. */
  evaluate(expression: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  /** Types into a field, or puts a range where it is said. */
  fill(selector: string, value: string): Promise<void>;
  waitForFunction(expression: string, argument?: undefined, options?: { timeout: number }): Promise<unknown>;
  waitForSelector(selector: string, options?: { timeout: number }): Promise<unknown>;
  waitForTimeout(milliseconds: number): Promise<void>;
  waitForURL(address: RegExp): Promise<void>;
  route(address: string, handle: (route: { abort(): Promise<void> }) => Promise<void>): Promise<void>;
  unroute(address: string): Promise<void>;
  emulateMedia(options: { media: "print" }): Promise<void>;
  addInitScript(script: string): Promise<void>;
  on(event: "pageerror", act: (error: Error) => void): void;
  on(event: "console", act: (message: { type(): string; text(): string }) => void): void;
  on(event: "request", act: (request: { url(): string }) => void): void;
  readonly mouse: {
    move(x: number, y: number): Promise<void>;
    down(options?: { button: "right" }): Promise<void>;
    up(options?: { button: "right" }): Promise<void>;
  };
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  close(): Promise<void>;
}

/** A browser that playwright-core started. */
export interface Browser {
  newPage(options: object): Promise<Page>;
  close(): Promise<void>;
}
