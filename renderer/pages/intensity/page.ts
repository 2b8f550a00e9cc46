import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { IntensityPage } from './intensity-page.tsx';

export const intensityPage: Page = {
  id: 'intensity',
  title: texts.pages.intensity,
  group: 'networks',
  key: 'i',
  component: IntensityPage,
};
