import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";
import type { Page } from "./playwright";

describe.skipIf(notInChromium)(`the page of pictures${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();
  const alerts = (page: Page) =>
    page.evaluate("[...document.querySelectorAll('[role=alert]')].map(({ textContent }) => textContent)");
  const best = (page: Page) => page.evaluate("document.querySelector('.best').textContent.trim()");
  const isCalled = (page: Page, name: string) =>
    page.waitForFunction(`document.querySelector("canvas").getAttribute("aria-label").includes("${name}")`);
  /** Makes `window.pictureOf(name)`, a file of one colour, and `window.choose(file)`, what a reader does. */
  const prepare = (page: Page) =>
    page.evaluate(`(async () => {
      const canvas = document.createElement("canvas");
      canvas.getContext("2d").fillRect(0, 0, 99, 99);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve));
      window.pictureOf = (name) => new File([blob], name, { type: "image/png" });
      window.choose = (file) => {
        const files = new DataTransfer();
        files.items.add(file);
        const input = document.querySelector("input[type=file]");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
      };
    })()`);

  test("says of a file that it is no picture until another picture is there", async () => {
    const page = await opened("picture.html");
    await page.waitForFunction("document.querySelector('.best').textContent.trim() !== '…'");
    await prepare(page);
    await page.evaluate(`window.choose(new File(["no picture"], "notes.txt"))`);
    await page.waitForSelector(".buttons + [role=alert]"); // where who chose it looks
    expect(await page.evaluate("document.querySelector('input[type=file]').files.length")).toBe(0); // ready for the same
    await page.evaluate("window.choose(window.pictureOf('black.png'))");
    await isCalled(page, "black.png");
    expect(await alerts(page)).toEqual([]);
    await page.close();
  });

  test("takes a picture that is dropped beside its place, instead of going to it", async () => {
    const page = await opened("picture.html");
    await prepare(page);
    const wasTaken = await page.evaluate(`(() => {
      const files = new DataTransfer();
      files.items.add(window.pictureOf("dropped.png"));
      const at = document.querySelector("p.buttons span");
      const drop = (type) => new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files });
      return ["dragover", "drop"].map((type) => !at.dispatchEvent(drop(type)));
    })()`);
    expect(wasTaken).toEqual([true, true]);
    await isCalled(page, "dropped.png");
    await page.close();
  });

  test("shows what was chosen last, also where an older choice takes longer to read", async () => {
    const page = await opened("picture.html");
    await prepare(page);
    await page.evaluate(`(() => {
      const read = window.createImageBitmap;
      window.createImageBitmap = async (file) => {
        if (file.name === "slow.png") await new Promise((resolve) => { window.goOn = resolve; });
        return read(file);
      };
      window.choose(window.pictureOf("slow.png"));
      window.choose(window.pictureOf("fast.png"));
    })()`);
    await isCalled(page, "fast.png");
    await page.evaluate("window.goOn()");
    await page.waitForTimeout(200);
    await isCalled(page, "fast.png");
    await page.close();
  });

  test("goes on saying why there is no model, whatever is chosen", async () => {
    const page = await opened("picture.html", {
      before: (page) => page.route("**/cifar10-1-bit*", (route) => route.abort()),
    });
    await page.waitForSelector("[role=alert]");
    await prepare(page);
    await page.evaluate("window.choose(window.pictureOf('black.png'))");
    await isCalled(page, "black.png");
    expect(await alerts(page)).toEqual([expect.stringContaining("The model cannot be loaded")]);
    expect(await best(page)).toBe("no answer");
    complaints.splice(0); // Chromium's own, of what was not loaded
    await page.close();
  });

  test("listens for what is pasted as long as it is there", async () => {
    const page = await opened("index.html", {
      before: (page) => page.route("**/cifar10-1-bit*", () => new Promise(() => {})), // it never comes
    });
    await page.evaluate(`(() => {
      window.listening = 0;
      const count = (name, by) => {
        const own = window[name];
        window[name] = function (type, ...rest) {
          if (type === "paste") window.listening += by;
          return own.call(window, type, ...rest);
        };
      };
      count("addEventListener", 1);
      count("removeEventListener", -1);
    })()`);
    const go = (path: string) =>
      page.evaluate(`(() => {
      const link = document.createElement("a");
      link.href = "${path}";
      document.body.append(link);
      link.click();
    })()`);
    await go("picture.html");
    await page.waitForSelector(".picture");
    expect(await page.evaluate("window.listening")).toBe(1);
    await go("records.html");
    await page.waitForSelector("td button");
    expect(await page.evaluate("window.listening")).toBe(0);
    await page.close();
  });

  test("and it did not complain", () => {
    expect(complaints).toEqual([]);
  });
});
