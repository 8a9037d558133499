// `npm run site` builds the site of notebooks and documents into site/dist, `npm run site:preview` serves that, and
// `npm run site:dev` shows pages as they are worked on. Its packages are installed where they are missing. Further
// arguments go to VitePress, e.g. `npm run site:dev -- --port 8080`. Two variables say where the site will be:
// BINVIT_SITE_BASE=/binvit/ and BINVIT_SITE_REPOSITORY=https://github.com/owner/name.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const site = path.join(__dirname, "..", "site");

/** Ends this process as that one ended, unless all went well. */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd: site, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** The two models that answer on the page where digits are drawn: trained once, in half a minute, then found finished. */
function makeModels() {
  const runs = path.join(__dirname, "..", "runs", "site");
  const binvit = (...args) => run(process.execPath, [path.join(__dirname, "..", "lib", "bin", "binvit.js"), ...args]);
  const parts = ["mlp", "mhsa"].flatMap((part) => ["--set", `model.binarize.${part}=learned`]);
  for (const [name, settings] of Object.entries({ float: [], binary: parts })) {
    const folder = path.join(runs, name);
    const file = `${folder}.safetensors`;
    if (fs.existsSync(file)) continue;
    binvit("train", "digits", ...settings, "--out", folder);
    binvit("pack", folder, "--out", file);
  }
}

/** Scripts and templates of the pages, too. What reads those needs a newer compiler than the kit's, which is tslab's. */
function checkTypes() {
  const check = "require('vue-tsc').run(require.resolve('typescript-for-vue/lib/tsc'))";
  run(process.execPath, ["-e", check, "vue-tsc", "-p", "."]);
}

/** npm leaves a note of what it installed, newer than the list it was installed from. */
function isInstalled() {
  const changed = (file) => fs.statSync(path.join(site, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return changed("node_modules/.package-lock.json") >= changed("package-lock.json");
}

/** Pages, files and bytes of what was built. */
function summary() {
  const entries = fs.readdirSync(path.join(site, "dist"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, path: folder, name }) => {
    return sum + fs.statSync(path.join(parentPath ?? folder, name)).size;
  }, 0);
  const pages = files.filter(({ name }) => name.endsWith(".html") && name !== "404.html").length;
  return `site/dist: ${pages} pages, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

function main([command, ...args]) {
  // npm is a script on Windows, which only a shell starts.
  if (!isInstalled()) run("npm", ["ci", "--no-audit", "--no-fund"], { shell: process.platform === "win32" });
  const start = Date.now();
  if (command !== "preview") makeModels();
  if (command === "build") checkTypes();
  run(process.execPath, [path.join(site, "node_modules", "vitepress", "bin", "vitepress.js"), command, ".", ...args]);
  if (command === "build") console.log(`${summary()}, built in ${Math.round((Date.now() - start) / 1000)} s`);
}

main(process.argv.slice(2));
