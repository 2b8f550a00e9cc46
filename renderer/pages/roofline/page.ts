import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { RooflinePage } from './roofline-page.tsx';

export const rooflinePage: Page = {
  id: 'roofline',
  title: pageNames.roofline,
  group: 'run',
  key: 'r',
  component: RooflinePage,
};
