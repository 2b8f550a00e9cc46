import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { WaterlinePage } from './waterline-page.tsx';

export const waterlinePage: Page = {
  id: 'waterline',
  title: texts.pages.waterline,
  group: 'run',
  key: 'w',
  component: WaterlinePage,
};
