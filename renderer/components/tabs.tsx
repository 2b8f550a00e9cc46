import { addressOfPage, useViewState } from '../view-state.ts';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly page: string; readonly title: string }[];
  readonly current: string;
}

/** Pages that are one entry of the navigation. */
export function Tabs({ label, tabs, current }: TabsProps) {
  const [view] = useViewState();
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ page, title }) => (
        <a key={page} href={addressOfPage(view, page)} aria-current={page === current ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
