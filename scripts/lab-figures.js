// A JupyterLab extension without a build step: draws Plotly figures, which JupyterLab 4 cannot by itself, and gives
// pictures their text for those who cannot see them. lab.cjs puts it, with plotly.js, where JupyterLab looks.
// Reference: JupyterLab, Extension Developer Guide, "Prebuilt extensions" and "MIME renderer extensions".
(() => {
  const name = "binvit-figures";
  const folder = new URL(".", document.currentScript.src);
  let shared;
  let plotly;

  /** JupyterLab's own copy of a package, so that its widgets are those it knows. */
  async function fromJupyterLab(packageName) {
    const versions = Object.values(shared[packageName]);
    return (await versions[0].get())();
  }

  /** Loads plotly.js when the first figure is shown: it is large. */
  function loadPlotly() {
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("plotly.min.js", folder);
      // An AMD loader on the page, as in the classic notebook, would take the library for itself.
      const { define } = window;
      window.define = undefined;
      script.onload = () => {
        window.define = define;
        resolve(window.Plotly);
      };
      script.onerror = () => {
        window.define = define;
        plotly = undefined;
        reject(new Error(`${script.src} cannot be loaded: run npm run lab again.`));
      };
      document.head.append(script);
    });
    return plotly;
  }

  /** The text that `show` stores with the picture. */
  const altOf = (model) => model.metadata["image/png"]?.alt ?? model.data["text/plain"] ?? "";

  async function renderFigure(node, model) {
    const { data, layout, config } = model.data["application/vnd.plotly.v1+json"];
    const { newPlot } = await loadPlotly();
    // Copies: Plotly writes into what it is given, and the notebook would be saved with it.
    const copy = JSON.parse(JSON.stringify({ data, layout }));
    node.setAttribute("role", "figure");
    node.setAttribute("aria-label", altOf(model));
    node.style.overflowX = "auto";
    await newPlot(node, copy.data, copy.layout, { displaylogo: false, responsive: false, ...config });
  }

  async function renderPicture(node, model) {
    const image = document.createElement("img");
    const { width, height } = model.metadata["image/png"] ?? {};
    image.src = `data:image/png;base64,${String(model.data["image/png"]).replace(/\s/g, "")}`;
    image.alt = altOf(model);
    if (width) image.width = width;
    if (height) image.height = height;
    Object.assign(image.style, { maxWidth: "100%", height: "auto" });
    node.replaceChildren(image);
  }

  async function extensions() {
    const { Widget } = await fromJupyterLab("@lumino/widgets");
    const renderer = (render) => () => {
      const widget = new Widget();
      widget.renderModel = (model) => render(widget.node, model);
      return widget;
    };
    const extension = (id, mimeType, dataType, rank, render) => ({
      id: `${name}:${id}`,
      rank,
      dataType,
      rendererFactory: { safe: true, mimeTypes: [mimeType], createRenderer: renderer(render) },
    });
    return [
      extension("figure", "application/vnd.plotly.v1+json", "json", 0, renderFigure),
      // Before JupyterLab's own, of rank 90.
      extension("picture", "image/png", "string", 85, renderPicture),
    ];
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[name] = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const found = await extensions();
      return () => ({ __esModule: true, default: found });
    },
  };
})();
