import { alignedTable } from "./terminal";

/** Prints what studies there are, and which of their runs are recorded with the kit. */
export async function listStudies(): Promise<void> {
  const { studies } = await import("../study/presets/index");
  const { recordedRuns } = await import("../study/records");
  const { parseStudyConfig } = await import("../study/study-config");
  const { studyNames, studyQuestions } = await import("../study/study-names");
  const rows = studyNames.map((name) => {
    const { rows } = parseStudyConfig(studies[name]);
    const epochs = new Set(rows.map(({ config }) => config.training.epochs));
    const recorded = recordedRuns(name);
    const hours = recorded.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
    return [
      name,
      studyQuestions[name],
      rows[0].config.dataset.name,
      [...epochs].join(", "),
      `${rows.length}`,
      recorded.length > 0 ? `${recorded.length}` : "-",
      recorded.length > 0 ? hours.toFixed(1) : "-",
    ];
  });
  console.log(alignedTable(["study", "asks", "data", "epochs", "runs a seed", "recorded", "hours"], rows));
  console.log(
    "\nrecorded: runs kept with the kit, and the hours they took, added up. `binvit study NAME --estimate` says what one takes here.",
  );
}
