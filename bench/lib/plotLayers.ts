/** Peak memory against depth as a small picture: SVG, no axis library, as there are four points. */
export function plotLayers(points: readonly { readonly layers: number; readonly peakGiB: number }[]): string {
  const [width, height, left, bottom, top] = [480, 280, 56, 48, 24];
  const mostLayers = Math.max(...points.map(({ layers }) => layers));
  const mostGiB = Math.max(4, ...points.map(({ peakGiB }) => Math.ceil(peakGiB)));
  const x = (layers: number): number => left + ((width - left - 24) * layers) / mostLayers;
  const y = (gib: number): number => height - bottom - ((height - bottom - top) * gib) / mostGiB;
  const ticks = Array.from({ length: mostGiB + 1 }, (_, gib) => gib);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...ticks.map(
      (gib) =>
        `<line x1="${left}" x2="${width - 24}" y1="${y(gib)}" y2="${y(gib)}" stroke="#ddd"/><text x="${left - 8}" y="${y(gib) + 4}" text-anchor="end">${gib}</text>`,
    ),
    ...points.map(
      ({ layers }) =>
        `<text x="${x(layers)}" y="${height - bottom + 18}" text-anchor="middle">${layers}</text>`,
    ),
    `<polyline fill="none" stroke="#0b62a4" stroke-width="2" points="${points.map(({ layers, peakGiB }) => `${x(layers)},${y(peakGiB)}`).join(' ')}"/>`,
    ...points.map(
      ({ layers, peakGiB }) =>
        `<circle cx="${x(layers)}" cy="${y(peakGiB)}" r="4" fill="#0b62a4"/><text x="${x(layers)}" y="${y(peakGiB) - 10}" text-anchor="middle">${peakGiB}</text>`,
    ),
    `<text x="${(width + left) / 2}" y="${height - 10}" text-anchor="middle">layers of a 7B-shaped Llama</text>`,
    `<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle">peak memory, GiB</text>`,
    '</svg>',
    '',
  ].join('\n');
}
