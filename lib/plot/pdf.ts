export async function svgToPdf(
  svg: string,
  about: { readonly title: string; readonly description: string },
): Promise<Buffer> {
  return Buffer.from(svg + about.title);
}
