import { type ReactNode, useEffect } from 'react';
import { NavLink } from 'react-router';

interface Props {
  title: string;
  /** Beside the title: the state. */
  badge?: ReactNode;
  actions?: ReactNode;
  /** The line of facts below the title. */
  facts?: ReactNode;
  tabs?: { to: string; label: string }[];
  children: ReactNode;
}

/** Title line, facts, tabs, content: the same order on every page. */
export function Page({ title, badge, actions, facts, tabs, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Workflow`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          <h1>{title}</h1>
          {badge}
          <div className="actions">{actions}</div>
        </div>
        {facts && <dl className="facts">{facts}</dl>}
        {tabs && (
          <nav className="tabs" aria-label="Parts of this page">
            {tabs.map((tab) => (
              <NavLink key={tab.to} to={tab.to} end>
                {tab.label}
              </NavLink>
            ))}
          </nav>
        )}
      </header>
      {children}
    </div>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <h2>
        {title} {note && <span className="muted">{note}</span>}
      </h2>
      {children}
    </section>
  );
}
