import { Tabs } from '../../components/tabs.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { modelsTexts } from './texts.ts';

export function ModelTabs({ current }: { current: 'models' | 'intensity' }) {
  return (
    <Tabs
      label={pageNames.models}
      tabs={[
        { page: 'models', title: modelsTexts.table },
        { page: 'intensity', title: pageNames.intensity },
      ]}
      current={current}
    />
  );
}
