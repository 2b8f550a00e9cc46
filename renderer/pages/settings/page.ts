import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { SettingsPage } from './settings-page.tsx';

export const settingsPage: Page = {
  id: 'settings',
  title: pageNames.settings,
  group: 'program',
  key: 's',
  component: SettingsPage,
};
