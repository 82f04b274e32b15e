import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  colorAt,
  contrast,
  inkOn,
  luminance,
  painter,
  strongestMix,
  type Rgb,
} from '../../../../webview/model/map/palette';

const named = ['viridis', 'cividis'] as const;
const dark = { light: false, ground: [31, 31, 31], hue: [55, 148, 255] } as const;
const light = { light: true, ground: [255, 255, 255], hue: [26, 133, 255] } as const;
const rgb = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

describe('the palettes', () => {
  it('end in the colors that they are known by', () => {
    assert.deepEqual(colorAt('viridis', 0), [0x44, 0x01, 0x54]);
    assert.deepEqual(colorAt('viridis', 1), [0xfd, 0xe7, 0x25]);
    assert.deepEqual(colorAt('cividis', 0), [0x00, 0x22, 0x4e]);
    assert.deepEqual(colorAt('cividis', 1), [0xfe, 0xe8, 0x38]);
  });

  it('rise in lightness without a turn, so that they can be read in print and without color vision', () => {
    for (const palette of named) {
      const lights = Array.from({ length: 256 }, (_, step) => luminance(colorAt(palette, step / 255)));
      lights.slice(1).forEach((value, index) => {
        // Colors are whole numbers: their rounding is no turn.
        assert.ok(value >= (lights[index] ?? 0) - 0.001, `${palette} turns at ${index}`);
      });
    }
  });

  it('fall in lightness on a light ground, where much is dark', () => {
    for (const palette of ['theme', ...named] as const) {
      for (const theme of [dark, light]) {
        const paint = painter(palette, theme);
        const lights = [0, 0.2, 0.4, 0.6, 0.8, 1].map((fill) => luminance(rgb(paint(fill).background)));
        const sorted = [...lights].sort((a, b) => (theme.light ? b - a : a - b));
        // What is nothing has the ground's color; the first step of viridis is a little darker than a dark one.
        assert.deepEqual(
          lights.slice(1),
          sorted.filter((value) => value !== lights[0]),
          palette,
        );
      }
    }
  });

  it('have an ink of at least 4.5 to 1 on every ground', () => {
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(channel, channel, channel, (red, green, blue) => {
        const ground: Rgb = [red, green, blue];
        assert.ok(contrast(ground, rgb(inkOn(ground))) >= 4.5);
      }),
    );
  });

  it('leave nothing as empty as the ground, and the smallest value not', () => {
    for (const palette of ['theme', ...named] as const) {
      const paint = painter(palette, light);
      assert.deepEqual(paint(0), { background: '#ffffff', ink: '' });
      if (palette !== 'theme') assert.notEqual(paint(1e-9).background, '#ffffff');
    }
  });

  it('mix in no more of the theme’s hue than the printed number can stand', () => {
    const { background, ink } = painter('theme', { ...dark, ground: [0, 0, 0], hue: [100, 200, 0] })(1);
    assert.deepEqual(rgb(background), [100 * strongestMix, 200 * strongestMix, 0]);
    assert.equal(ink, '');
  });
});

describe('contrast', () => {
  it('is that of WCAG', () => {
    assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
    assert.equal(contrast([255, 255, 255], [0, 0, 0]), 21);
    // The example of WCAG's own technique G18: #767676 is the lightest gray that passes on white.
    assert.ok(contrast([0x76, 0x76, 0x76], [255, 255, 255]) >= 4.5);
    assert.ok(contrast([0x77, 0x77, 0x77], [255, 255, 255]) < 4.5);
  });
});
