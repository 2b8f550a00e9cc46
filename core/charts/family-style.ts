/**
 * How a family looks in every chart: a colour for each theme, and a shape of its own that says the same without colour. The hues are
 * those of Okabe and Ito (https://jfly.uni-koeln.de/color/), darkened or lightened until they stand out from the surface.
 */

type Theme = 'light' | 'dark';

export const markerShapes = [
  'circle',
  'square',
  'diamond',
  'triangle',
  'triangleDown',
  'hexagon',
  'pentagon',
  'triangleRight',
  'plus',
  'cross',
  'star',
] as const;
export type MarkerShape = (typeof markerShapes)[number];

export interface FamilyStyle {
  readonly title: string;
  readonly colour: Readonly<Record<Theme, string>>;
  readonly shape: MarkerShape;
}

/** What marks are drawn on. */
export const chartSurface: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#1b2026' };

export const familyStyles: Readonly<Record<string, FamilyStyle>> = {
  convfirst: { title: 'ConvFirst', colour: { light: '#0072b2', dark: '#56b4e9' }, shape: 'circle' },
  convnext: { title: 'ConvNeXt', colour: { light: '#d55e00', dark: '#f2853c' }, shape: 'square' },
  efficientnet: { title: 'EfficientNet', colour: { light: '#008a63', dark: '#2cc79b' }, shape: 'triangle' },
  efficientnetv2: {
    title: 'EfficientNetV2',
    colour: { light: '#00604a', dark: '#8fe3c9' },
    shape: 'triangleDown',
  },
  resnet: { title: 'ResNet', colour: { light: '#a8487f', dark: '#dd94bd' }, shape: 'diamond' },
  resnext: { title: 'ResNeXt', colour: { light: '#6d2a52', dark: '#f3c6de' }, shape: 'pentagon' },
  mobilenetv2: { title: 'MobileNetV2', colour: { light: '#8a6a00', dark: '#e6c84a' }, shape: 'hexagon' },
  mobilenetv3: { title: 'MobileNetV3', colour: { light: '#5c4a10', dark: '#f6e58d' }, shape: 'plus' },
  regnetx: { title: 'RegNetX', colour: { light: '#4a5a9c', dark: '#a3b1ee' }, shape: 'triangleRight' },
  regnety: { title: 'RegNetY', colour: { light: '#2c3a70', dark: '#c9d1f7' }, shape: 'cross' },
  vgg: { title: 'VGG', colour: { light: '#5b626a', dark: '#a9b2bc' }, shape: 'star' },
};

const otherFamily: Omit<FamilyStyle, 'title'> = {
  colour: { light: '#5b626a', dark: '#a9b2bc' },
  shape: 'circle',
};

export function familyStyle(family: string): FamilyStyle {
  return familyStyles[family] ?? { ...otherFamily, title: family };
}
