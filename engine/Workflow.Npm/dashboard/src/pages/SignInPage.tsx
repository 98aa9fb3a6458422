import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type ApiError, post } from '../api/client';
import { Callout } from '../components/Messages';
import { signedIn } from '../state/session';

/** Signs in with the code of a one-time link, or with the password. */
export function SignInPage() {
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const codeUsed = useRef(false);

  const signIn = async (body: { password: string } | { code: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await post('/api/v2/auth/login', { body });
      signedIn();
    } catch (error) {
      setProblem((error as ApiError).message);
      setBusy(false);
    }
  };

  useEffect(() => {
    document.title = 'Sign in · Workflow';
    const code = location.pathname === '/login' && new URLSearchParams(location.search).get('code');
    if (!code || codeUsed.current) return;
    codeUsed.current = true;
    void signIn({ code });
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn({ password });
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>
          <img src="/favicon.svg" alt="" width="24" height="24" /> Workflow
        </h1>
        {problem && (
          <Callout kind="failed" title="Signing in failed">
            <p>{problem}</p>
          </Callout>
        )}
        <label>
          Password
          <input
            type="password"
            autoComplete="current-password"
            autoFocus
            data-testid="login-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <button type="submit" className="button-main" disabled={busy || password === ''} data-testid="sign-in">
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="muted">The engine prints a one-time link when it starts; opening it signs in without the password.</p>
      </form>
    </main>
  );
}
