import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { RooflinePage } from './roofline-page.tsx';

export const rooflinePage: Page = {
  id: 'roofline',
  title: texts.pages.roofline,
  group: 'run',
  key: 'r',
  component: RooflinePage,
};
