/** A cell to run; the next is asked for when it has ended. */
export interface CellRequest {
  readonly cell: string;
  readonly source: string;
}

/** Under this name is what was printed, which follows what was printed before in one block. */
export const printed = "printed";

/** What a cell shows in one place, by MIME type. */
export type Shown = Readonly<Record<string, unknown>>;

/** What the worker that runs cells says. */
export type CellNews =
  /** In the place of what the same place showed before. */
  | { readonly kind: "output"; readonly cell: string; readonly place: number; readonly shown: Shown }
  | { readonly kind: "end"; readonly cell: string }
  | { readonly kind: "failure"; readonly cell: string; readonly message: string }
  /** What nobody waited for failed, a timer or a promise; it ends nothing. `cell` is the one that was asked for last. */
  | { readonly kind: "late"; readonly cell: string; readonly message: string }
  /** What cells need could not be loaded: this worker runs none, another one may. */
  | { readonly kind: "unusable"; readonly message: string };
