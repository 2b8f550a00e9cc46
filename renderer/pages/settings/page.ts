import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { SettingsPage } from './settings-page.tsx';

export const settingsPage: Page = {
  id: 'settings',
  title: texts.pages.settings,
  group: 'program',
  key: 's',
  component: SettingsPage,
};
