import { FileError } from "./errors";

/** An error as the operating system would give it. */
export const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** Turns an error of the operating system into one that says what to do. */
export function fileError(error: unknown, action: string): FileError {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice: Record<string, string> = {
    ENOSPC: "the disk is full. Free some space and run the same command again; nothing that was there is lost.",
    EDQUOT:
      "the disk quota is used up. Free some space and run the same command again; nothing that was there is lost.",
    EFBIG: "the file would be larger than is allowed here (ulimit -f). Raise the limit and run the same command again.",
    ENOENT: "there is no such file or folder. Check the path.",
    EACCES: "permission denied. Choose a folder that you may write to.",
    EPERM: "permission denied. Choose a folder that you may write to.",
    EROFS: "the file system is read-only. Choose another folder.",
    EEXIST: "a file of that name is in the way of a folder. Choose another folder.",
    EISDIR: "it is a folder, and a file was expected. Check the path.",
    ENOTDIR: "part of the path is a file, and a folder was expected. Check the path.",
    ELOOP: "its symbolic links lead in a circle. Check the path.",
    EPIPE: "its reader has gone away.",
    ENAMETOOLONG: "the name is too long. Choose a shorter one.",
  };
  return new FileError(`Cannot ${action}: ${(code && advice[code]) ?? message}`);
}
