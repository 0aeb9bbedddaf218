import { describe, expect, it } from 'vitest';
import { edgesOf, scanFiles } from '../support/scanFiles.ts';

describe('props', () => {
  it('come from the functions that connect is given', async () => {
    const result = await scanFiles({
      'login.js': `
import React from 'react';
import { connect } from 'react-redux';
const mapDispatch = (dispatch) => ({
  onSubmit: (name) => dispatch({ type: 'LOGIN', payload: fetch('/login') }),
});
class Login extends React.Component {
  submit = () => this.props.onSubmit('x');
  render() { return <p onClick={this.submit} onBlur={this.props.onSubmit} />; }
}
export default connect(null, mapDispatch)(Login);`,
    });
    expect(edgesOf(result, 'calls')).toContain('login.js:8 -> login.js:5 certain');
    expect(edgesOf(result, 'handles').toSorted()).toEqual([
      'login.js:9 -> login.js:5 certain',
      'login.js:9 -> login.js:8 certain',
    ]);
  });

  it('come from action creators given as an object, through bindActionCreators and a composed wrapper', async () => {
    const result = await scanFiles({
      'actions.ts': `export const load = () => fetch('/load');\nexport const save = () => fetch('/save', { method: 'PUT' });`,
      'page.tsx': `
import { connect } from 'react-redux';
import { bindActionCreators, compose } from 'redux';
import * as actions from './actions';
const A = ({ load }) => { const go = () => load(); return <p onClick={go} />; };
const B = (props) => { const go = () => props.save(); return <p onClick={go} />; };
export const A1 = connect(null, { load: actions.load })(A);
export const B1 = compose(connect(null, (dispatch) => bindActionCreators(actions, dispatch)))(B);`,
    });
    expect(edgesOf(result, 'calls')).toEqual(
      expect.arrayContaining(['page.tsx:5 -> actions.ts:1 certain', 'page.tsx:6 -> actions.ts:2 certain']),
    );
  });

  it('come from the parent, also through several components and spreads', async () => {
    const result = await scanFiles({
      'page.tsx': `
import { Middle } from './middle';
interface Props { onSave(id: number): void }
export const Page = () => { const save = (id: number) => localStorage.clear(); return <Middle onSave={save} />; };`,
      'middle.tsx': `
import { Leaf } from './leaf';
export const Middle = (props: { onSave: (id: number) => void }) => <Leaf {...props} />;`,
      'leaf.tsx': `
import { memo } from 'react';
export const Leaf = memo(({ onSave }: { onSave: (id: number) => void }) => {
  const click = () => onSave(1);
  return <b onClick={click} />;
});`,
    });
    expect(edgesOf(result, 'calls')).toContain('leaf.tsx:4 -> page.tsx:4 certain');
  });

  it('given differently by several parents are only possible', async () => {
    const result = await scanFiles({
      'page.tsx': `
const Leaf = (props) => <b onClick={props.onPick} />;
export const One = () => { const first = () => localStorage.clear(); return <Leaf onPick={first} />; };
export const Two = () => { const second = (a, b) => localStorage.clear(); return <Leaf onPick={second} />; };`,
    });
    expect(edgesOf(result, 'handles').toSorted()).toEqual([
      'page.tsx:2 -> page.tsx:3 possible',
      'page.tsx:2 -> page.tsx:4 possible',
    ]);
  });

  it('of a component of the same name elsewhere are not taken', async () => {
    const result = await scanFiles({
      'one.tsx': `export const Leaf = (props) => <b onClick={props.onPick} />;`,
      'two.tsx': `export const Leaf = (props) => <i>{props.onPick}</i>;`,
      'page.tsx': `import { Leaf } from './two';\nexport const Page = () => { const pick = () => localStorage.clear(); return <Leaf onPick={pick} />; };`,
    });
    expect(edgesOf(result, 'handles')).toEqual([]);
  });
});

describe('hooks and stores', () => {
  it('give the value of a context that is provided at one place', async () => {
    const result = await scanFiles({
      'services.tsx': `
import { createContext, useContext } from 'react';
import * as api from './api';
const Services = createContext<typeof api>(null);
export const Provider = ({ children, ...rest }) => <Services.Provider value={{ ...rest }}>{children}</Services.Provider>;
export const useServices = (): typeof api => useContext(Services);
export const App = () => <Provider {...api} />;`,
      'api.ts': `export const add = (id: string) => fetch('/add', { method: 'POST' });`,
      'page.tsx': `
import { useMutation } from '@tanstack/react-query';
import { useServices } from './services';
const useAdd = () => {
  const { add } = useServices();
  return useMutation({ mutationFn: (id: string) => add(id) });
};
export const Page = () => {
  const { mutate: save } = useAdd();
  const click = () => save('1');
  return <b onClick={click} />;
};`,
    });
    expect(edgesOf(result, 'calls')).toEqual(
      expect.arrayContaining(['page.tsx:10 -> page.tsx:6 certain', 'page.tsx:6 -> api.ts:1 certain']),
    );
  });

  it('run a query function from where the query is used, a mutation function only where it is called', async () => {
    const result = await scanFiles({
      'page.tsx': `
import { useMutation, useQuery } from '@tanstack/react-query';
const load = () => fetch('/load');
const save = () => fetch('/save', { method: 'POST' });
export const Page = () => {
  useQuery({ queryKey: ['a'], queryFn: load });
  useMutation({ mutationFn: save });
  return <b />;
};`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['page.tsx:5 -> page.tsx:3 likely']);
  });

  it('follow thunks and zustand stores', async () => {
    const result = await scanFiles({
      'page.tsx': `
import { createAsyncThunk } from '@reduxjs/toolkit';
import { create } from 'zustand';
const load = createAsyncThunk('load', async () => fetch('/load'));
const useStore = create<State>()((set) => ({
  count: 0,
  save: () => fetch('/save', { method: 'POST' }),
}));
export const Page = ({ dispatch }) => {
  const save = useStore((state) => state.save);
  const click = () => { dispatch(load()); save(); };
  return <b onClick={click} />;
};`,
    });
    expect(edgesOf(result, 'calls').toSorted()).toEqual([
      'page.tsx:11 -> page.tsx:4 certain',
      'page.tsx:11 -> page.tsx:7 certain',
    ]);
  });
});
