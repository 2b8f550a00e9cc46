import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { IntensityPage } from './intensity-page.tsx';

export const intensityPage: Page = {
  id: 'intensity',
  title: pageNames.intensity,
  group: 'networks',
  key: 'i',
  component: IntensityPage,
  tabOf: 'models',
};
