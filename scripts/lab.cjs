// `npm run lab`: Jupyter in notebooks/, with the TypeScript kernel registered in this project only, and with figures that
// can be zoomed and read by pointing at them. Nothing is written outside of the project. `npm run lab --
// --print-kernelspec` only registers both and says where; other arguments go to Jupyter, e.g. `npm run lab --
// --no-browser`.
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const jupyterPath = path.join(root, ".jupyter");
const specFolder = path.join(jupyterPath, "kernels", "tslab");

/** The same kernel `binvit notebooks run` starts, so that both print the same. */
function registerKernel() {
  const spec = {
    argv: [process.execPath, path.join(root, "lib", "bin", "kernel.js"), "kernel", "--config-path={connection_file}"],
    display_name: "TypeScript",
    language: "typescript",
    interrupt_mode: "signal",
    env: { NODE_NO_WARNINGS: "1" },
  };
  fs.mkdirSync(specFolder, { recursive: true });
  fs.writeFileSync(path.join(specFolder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
}

/** Makes figures interactive in JupyterLab and Notebook 7, of this project only, with nothing to install. */
function registerFigures() {
  const name = "binvit-figures";
  const folder = path.join(jupyterPath, "labextensions", name);
  const manifest = {
    name,
    version: "1.0.0",
    jupyterlab: { mimeExtension: true, _build: { load: "static/lab-figures.js", mimeExtension: "./mimeExtension" } },
  };
  fs.mkdirSync(path.join(folder, "static"), { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of [path.join(__dirname, "lab-figures.js"), require.resolve("plotly.js/plotly.min.js")]) {
    fs.copyFileSync(file, path.join(folder, "static", path.basename(file)));
  }
}

/** The first Jupyter front end that answers: JupyterLab, else the classic notebook. */
function findJupyter() {
  return ["lab", "notebook"].find(
    (name) => spawnSync("jupyter", [name, "--version"], { stdio: "ignore" }).status === 0,
  );
}

const advice = `Jupyter is not installed, and nothing else here needs it. To get it, one of
  pip     pip install jupyterlab            (Python 3.9 or later)
  conda   conda install -c conda-forge jupyterlab
  apt     sudo apt install jupyter-notebook
then run npm run lab again. Or open notebooks/ in Visual Studio Code with its Jupyter extension, started by
  JUPYTER_PATH=${jupyterPath} code ${root}
and choose the kernel TypeScript. To only run the notebooks: npx binvit notebooks run`;

function main(args) {
  registerKernel();
  registerFigures();
  if (args.includes("--print-kernelspec")) {
    console.log(path.join(specFolder, "kernel.json"));
    return;
  }
  const frontEnd = findJupyter();
  if (!frontEnd) {
    console.log(advice);
    process.exitCode = 1;
    return;
  }
  const paths = [jupyterPath, process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter);
  const jupyter = spawn("jupyter", [frontEnd, ...args], {
    cwd: path.join(root, "notebooks"),
    env: { ...process.env, JUPYTER_PATH: paths },
    stdio: "inherit",
  });
  // Ctrl-C reaches Jupyter too, which asks whether it is meant; this process waits for the answer.
  process.on("SIGINT", () => {});
  jupyter.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

main(process.argv.slice(2));
