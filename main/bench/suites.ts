/** What a run measures. */
import { findModel, type Model, models, nearestNames } from '../../core/models/zoo.ts';
import { ApiError } from '../../core/protocol/api.ts';

export interface Suite {
  readonly name: string;
  readonly description: string;
  readonly models: readonly string[];
  /** A further round is only begun where it is expected to end within this time, counted from the start. */
  readonly budgetSeconds: number;
}

export const suites: readonly Suite[] = [
  {
    name: 'quick',
    description: 'One small network of each family that the paper compares, in about a minute and a half.',
    budgetSeconds: 80,
    models: ['resnet50', 'mobilenetv2_100', 'efficientnet_b0', 'convnext_femto', 'convfirst_pico'],
  },
  {
    name: 'paper',
    description: 'The families of the paper in several sizes each, so that the plot has lines.',
    budgetSeconds: 1200,
    models: [
      'efficientnet_b0',
      'tf_efficientnet_b1',
      'tf_efficientnet_b2',
      'tf_efficientnet_b3',
      'convnext_atto',
      'convnext_femto',
      'convnext_pico',
      'convnext_nano',
      'convnext_tiny',
      'convfirst_pico',
      'convfirst_nano',
      'convfirst_tiny',
      'convfirst_small',
    ],
  },
  {
    name: 'standard',
    description: 'Several sizes of every family; takes some minutes.',
    budgetSeconds: 2400,
    models: [
      'resnet18',
      'resnet34',
      'resnet50',
      'resnet101',
      'resnext50_32x4d',
      'regnetx_004',
      'regnetx_016',
      'regnety_004',
      'regnety_016',
      'regnety_040',
      'mobilenetv2_100',
      'mobilenetv3_small_100',
      'mobilenetv3_large_100',
      'efficientnet_b0',
      'tf_efficientnet_b1',
      'tf_efficientnet_b2',
      'tf_efficientnet_b3',
      'tf_efficientnetv2_s',
      'convnext_atto',
      'convnext_femto',
      'convnext_pico',
      'convnext_nano',
      'convnext_tiny',
      'convfirst_pico',
      'convfirst_nano',
      'convfirst_tiny',
      'convfirst_small',
      'vgg16',
    ],
  },
];

/** Throws ApiError('notFound') with the names that there are. */
export function findSuite(name: string): Suite {
  const suite = suites.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  throw new ApiError(
    'notFound',
    `There is no suite called '${name}'.`,
    `The suites are: ${suites.map((candidate) => candidate.name).join(', ')}.`,
  );
}

/** Of the zoo, or of the networks that were imported. Throws ApiError('notFound') with the nearest names. */
export function requireModel(name: string, imported: readonly Model[] = []): Model {
  const model = findModel(name) ?? imported.find((one) => one.name === name);
  if (model !== undefined) return model;
  const near = nearestNames(
    name,
    [...models, ...imported].map((one) => one.name),
  );
  const nearSuite = nearestNames(
    name,
    suites.map((suite) => suite.name),
  )[0];
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(', ')}? plimsoll models lists them all.`
      : nearSuite !== undefined
        ? `${nearSuite} is a suite: --suite ${nearSuite}.`
        : 'plimsoll models lists them all.';
  throw new ApiError('notFound', `There is no model called '${name}'.`, hint);
}
