import { Link, useLocation } from 'react-router';
import { post } from '../api/client';
import { crumbs } from '../lib/crumbs';
import { clock } from '../lib/format';
import { dataFrom, streaming } from '../state/live';
import { prefer, type Theme, usePreferences, type Zone } from '../state/preferences';
import { signedOut } from '../state/session';
import { useStore } from '../state/store';
import { useApi } from '../state/useApi';
import { Icon } from './Icon';

export function TopBar({ onMenu, onHelp }: { onMenu: () => void; onHelp: () => void }) {
  const { theme, zone } = usePreferences();
  const { pathname } = useLocation();
  const me = useApi('/api/v2/me', {}, 'never');
  return (
    <header className="topbar">
      <button type="button" className="button-icon menu-button" aria-label="Menu" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <nav className="crumbs" aria-label="Where I am">
        {crumbs(pathname).map(({ to, word }, index, all) => (
          <span key={to}>
            {index > 0 && <span className="muted"> / </span>}
            {index < all.length - 1 ? <Link to={to}>{word}</Link> : <span aria-current="page">{word}</span>}
          </span>
        ))}
      </nav>
      <span className="spring" />
      <Pulse zone={zone} />
      <select aria-label="Time zone" value={zone} onChange={(event) => prefer({ zone: event.target.value as Zone })}>
        <option value="local">local time</option>
        <option value="utc">UTC</option>
      </select>
      <select aria-label="Theme" value={theme} onChange={(event) => prefer({ theme: event.target.value as Theme })}>
        <option value="system">system theme</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
      <button type="button" className="button-icon" title="Keyboard ( ? )" aria-label="Keyboard help" onClick={onHelp}>
        <Icon name="help" />
      </button>
      {me.data && (
        <button type="button" title={`Signed in as ${me.data.user}`} onClick={() => void post('/api/v2/auth/logout').finally(signedOut)}>
          Sign out
        </button>
      )}
    </header>
  );
}

/** Quiet while changes stream in; says since when the data is when they do not. */
function Pulse({ zone }: { zone: Zone }) {
  const live = useStore(streaming);
  const from = useStore(dataFrom);
  return (
    <span className="pulse" role="status">
      {!live && `live updates paused, data from ${clock(from, zone)}`}
    </span>
  );
}
