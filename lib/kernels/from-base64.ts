/** @returns the bytes that a base64 text stands for, in Node and in a browser */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
