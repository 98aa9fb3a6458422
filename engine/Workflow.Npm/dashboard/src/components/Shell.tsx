import { useEffect, useState } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { links } from '../lib/links';
import { startLive } from '../state/live';
import { prefer, usePreferences } from '../state/preferences';
import { useKeyboard } from '../state/useKeyboard';
import { useWaiting } from '../state/useWaiting';
import { HealthLine } from './HealthLine';
import { Icon, type IconName } from './Icon';
import { KeyboardHelp } from './KeyboardHelp';
import { Toasts } from './Toasts';
import { TopBar } from './TopBar';

const PLACES: { to: string; word: string; icon: IconName }[] = [
  { to: links.dags, word: 'DAGs', icon: 'dag' },
  { to: links.runs, word: 'Runs', icon: 'runs' },
  { to: links.datasets, word: 'Datasets', icon: 'dataset' },
  { to: links.models, word: 'Models', icon: 'model' },
];

const REVIEW: (typeof PLACES)[number] = { to: links.review, word: 'Review', icon: 'review' };

const ADMIN: typeof PLACES = [
  { to: links.pools, word: 'Pools', icon: 'pool' },
  { to: links.schedulers, word: 'Schedulers', icon: 'scheduler' },
];

/** Left rail, top bar and the page between; here the stream of changes and the keyboard begin. */
export function Shell() {
  const { railFolded } = usePreferences();
  const [menuOpen, setMenuOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const { pathname } = useLocation();
  const waiting = useWaiting();
  useEffect(startLive, []);
  useEffect(() => setMenuOpen(false), [pathname]);
  useKeyboard(() => setHelpOpen(true));

  return (
    <div className={`shell ${railFolded ? 'shell-folded' : ''}`}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <nav className={`rail ${menuOpen ? 'rail-open' : ''}`} aria-label="Main">
        <div className="brand">
          <img src="/favicon.svg" alt="" width="20" height="20" />
          <span className="rail-word">Workflow</span>
        </div>
        {PLACES.map((place) => (
          <Place key={place.to} {...place} />
        ))}
        <Place {...REVIEW} count={waiting} />
        <div className="rail-head rail-word">Admin</div>
        {ADMIN.map((place) => (
          <Place key={place.to} {...place} />
        ))}
        <span className="spring" />
        <HealthLine />
        <button
          type="button"
          className="rail-link rail-fold"
          title={railFolded ? 'Unfold' : 'Fold'}
          onClick={() => prefer({ railFolded: !railFolded })}
        >
          <Icon name={railFolded ? 'unfold' : 'fold'} />
          <span className="rail-word">Fold</span>
        </button>
      </nav>
      <div className="column">
        <TopBar onMenu={() => setMenuOpen(!menuOpen)} onHelp={() => setHelpOpen(true)} />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {helpOpen && <KeyboardHelp onClose={() => setHelpOpen(false)} />}
      <Toasts />
    </div>
  );
}

function Place({ to, word, icon, count }: (typeof PLACES)[number] & { count?: number }) {
  return (
    <NavLink to={to} title={count ? `${word}: ${count} to decide` : word} className="rail-link">
      <Icon name={icon} />
      <span className="rail-word">{word}</span>
      {count ? <span className="rail-count number">{count}</span> : null}
    </NavLink>
  );
}
