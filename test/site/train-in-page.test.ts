import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";

describe.skipIf(notInChromium)(`the page that trains${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();

  test("says of what was trained which command and file it is, whatever the form says since", {
    timeout: 180_000,
  }, async () => {
    const page = await opened("train.html");
    const put = (field: number, value: string) => page.fill(`:nth-match(.short input, ${field + 1})`, value);
    const commands = () =>
      page.evaluate("[...document.querySelectorAll('.command')].map(({ textContent }) => textContent)");
    const float = "npx binvit train digits --set training.epochs=3 --seed 1";
    const inBits = float.replace("--set", "--set model.binarize.mlp=channel --set model.binarize.mhsa=channel --set");

    await put(0, "3");
    expect(await commands()).toEqual([inBits]);
    await page.click("form button.main");
    const said = () => page.evaluate("document.querySelector('.train > .spoken').textContent");
    expect(await said()).toBe("one bit is being trained. float is being trained.");

    // It goes on while another page is read.
    await page.evaluate(`(() => {
      const link = document.createElement("a");
      link.href = "machines.html";
      document.body.append(link);
      link.click();
    })()`);
    await page.waitForSelector(".machine");
    await page.evaluate("history.back()");
    await page.waitForSelector(".train");
    expect(await page.evaluate("document.querySelector('.short input').value")).toBe("3");
    await page.waitForSelector(".result:nth-child(2)", { timeout: 150_000 });
    expect(await commands()).toEqual([inBits, float]);
    const ended = (name: string) => `${name} is trained: [\\d.]+% of the test images are right\\.`;
    expect(await said()).toMatch(new RegExp(`^${ended("one bit")} ${ended("float")}$`));
    expect(
      await page.evaluate("[...document.querySelectorAll('.result button')].map(({ ariaLabel }) => ariaLabel)"),
    ).toEqual(["Download one bit", "Download float"]);
    await put(1, "7");
    expect(await commands()).toEqual([inBits, float, inBits.replace("--seed 1", "--seed 7")]);
    await put(1, "");
    expect(await commands()).toEqual([inBits, float]);

    await page.evaluate(`(() => {
      window.names = [];
      HTMLAnchorElement.prototype.click = function () { window.names.push(this.download); };
      for (const button of document.querySelectorAll(".result button")) button.click();
    })()`);
    expect(await page.evaluate("window.names")).toEqual(["mlp-mhsa.binvit.safetensors", "float.binvit.safetensors"]);
    await page.close();
  });

  test("and it did not complain", () => {
    expect(complaints).toEqual([]);
  });
});
