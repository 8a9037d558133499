/**
 * Everything the kit refuses, it refuses with one of these. A message says what was wrong, what was expected and
 * what to do about it, in one or two lines; the command line prints it without a stack trace.
 */
export class BinvitError extends Error {
  override name = "BinvitError";
}

/** A configuration that cannot work: an unknown key, a value out of range, sizes that do not divide. */
export class ConfigError extends BinvitError {
  override name = "ConfigError";
}

/** A data set that is missing, truncated, corrupt or of another format than its name promises. */
export class DataError extends BinvitError {
  override name = "DataError";
}

/** A file that cannot be read, written or understood. */
export class FileError extends BinvitError {
  override name = "FileError";
}

/** A folder in which somebody else works. */
export class FolderInUse extends FileError {
  override name = "FolderInUse";

  /** @param who - as a sentence goes on: `process 7 on lab-3 has been downloading there since …` */
  constructor(
    folder: string,
    readonly who: string,
  ) {
    super(`${folder} is in use: ${who}. Wait for it, or choose another folder with --out.`);
  }
}

/** Training that cannot go on: a loss that is not finite, or shapes that do not fit. */
export class TrainingError extends BinvitError {
  override name = "TrainingError";
}

/** Numbers that are no longer finite, from which training cannot go on. */
export class DivergenceError extends TrainingError {
  override name = "DivergenceError";
}

/** A training run, a download or a notebook that was stopped by the user. */
export class CancelledError extends BinvitError {
  override name = "CancelledError";
}

/** A notebook cell that failed, or a kernel that did not start. */
export class NotebookError extends BinvitError {
  override name = "NotebookError";
}

/** A figure that cannot be drawn, as one without room for what it shows. */
export class PlotError extends BinvitError {
  override name = "PlotError";
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends BinvitError {
  override name = "UsageError";
}

/**
 * Ends a `switch` over the forms of something: the compiler points here when a form is added and not handled.
 *
 * @param where - what does not know it
 * @param what - of which kind it is
 * @param form - the unknown one
 * @throws ConfigError always
 */
export function unknownForm(where: string, what: string, form: never): never {
  throw new ConfigError(
    `${where} does not know the ${what} ${JSON.stringify(form)}. Check its spelling, or write down there what it does.`,
  );
}
