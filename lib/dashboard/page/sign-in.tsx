/** Asks for the token of a desk that is deployed with tokens. It is not kept: the answer is a cookie. */
import { useState } from 'preact/hooks';
import { signIn } from './desk.ts';
import { describe } from './live.ts';
import { Field } from './parts/field.tsx';

export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    await signIn(token).then(onDone, (error) => setProblem(describe(error)));
  };
  return (
    <main id="content" tabIndex={-1}>
      <h1>Sign in</h1>
      <form class="panel sign-in" onSubmit={submit}>
        <Field label="Token" type="password" required value={token} onInput={setToken} />
        {problem !== undefined && (
          <p class="notice tone-bad" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="primary" disabled={token === ''}>
            Sign in
          </button>
        </div>
      </form>
    </main>
  );
}
