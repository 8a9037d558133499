/** What the site itself says, in English; another language is another file like this one. */
export const en = {
  notebooks: "Notebooks",
  draw: "Draw",
  picture: "Picture",
  train: "Train",
  more: "More",
  machines: "Machines",
  records: "Records",
  documents: "Documents",
  library: "The library, part by part",
  kit: "The kit",
  notebooksIntroduction:
    "Each notebook as it ran: prose, code, results and figures. Exercises have their solutions folded below them.",
  downloadNotebook: "Download this notebook",
  downloadSolutions: "Download its solutions",
  slides: "Show it as slides",
  cell: (number: number): string => `cell ${number}`,
  runsHere: "Its cells run on its page, too.",
  setUp: "What the solutions begin with",
  solution: (number: number, title: string): string => `Solution ${number} · ${title}`,
  repository: "Repository",
};

export type Texts = typeof en;
