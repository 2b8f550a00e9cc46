import type { ComponentType } from 'react';

/** One entry of the registry: everything that the navigation, the keys and the command palette know of a page. */
export interface Page {
  /** In the address. */
  readonly id: string;
  readonly title: string;
  readonly group: PageGroup;
  /** Pressed after `g`; no two pages have the same. */
  readonly key: string;
  readonly component: ComponentType;
  /** The page that it is a tab of: the navigation has that one alone. */
  readonly tabOf?: string;
}

export const pageGroups = ['machine', 'run', 'runs', 'networks', 'program'] as const;
export type PageGroup = (typeof pageGroups)[number];
