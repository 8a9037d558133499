const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @returns a text as it is written in HTML, in quotes or out of them */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]);
