import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { h, onBeforeUnmount, onMounted } from "vue";
import { makeScrollReachable } from "../../browser/reachable-scroll";
// A page's own script is loaded again, as another file, by who comes back to it; what it shares with this one is not.
import "../../browser/training/page-training";
import FileLink from "../../components/FileLink.vue";
import NotebookControls from "../../components/NotebookControls.vue";
import PlotFigure from "../../components/PlotFigure.vue";
import RunnableCell from "../../components/RunnableCell.vue";
import SlideControls from "../../components/SlideControls.vue";
import "./site.css";
import "./slides.css";
import "./print.css";

/** VitePress' own theme with the fonts of the reader's system, and with what the made pages are written in. */
export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "layout-bottom": () => h(SlideControls) }),
  enhanceApp({ app }) {
    app
      .component("FileLink", FileLink)
      .component("NotebookControls", NotebookControls)
      .component("PlotFigure", PlotFigure)
      .component("RunnableCell", RunnableCell);
  },
  setup() {
    let stop: (() => void) | undefined;
    onMounted(() => {
      stop = makeScrollReachable(document);
    });
    onBeforeUnmount(() => stop?.());
  },
} satisfies Theme;
