import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const PACKAGE = '{ "dependencies": { "react": "19.0.0" } }';

async function scanComponent(source: string, others: Record<string, string> = {}) {
  return scanFiles({ 'package.json': PACKAGE, 'page.tsx': source, ...others });
}

describe('events in JSX', () => {
  it('become actions on DOM elements, with the attribute alone as their place', async () => {
    const result = await scanComponent(`
export function Page() {
  function save() { localStorage.setItem('a', '1'); }
  return (
    <button
      title="Save"
      onClick={save}
    />
  );
}`);
    expect(operationsOf(result)).toContain('ui_action save page.tsx:7');
    const action = result.nodes.find((node) => node.kind === 'ui_action');
    expect([action?.start_line, action?.end_line, action?.start_column]).toEqual([7, 7, 7]);
    expect(edgesOf(result, 'handles')).toEqual(['page.tsx:7 -> page.tsx:3 certain']);
  });

  it('are no actions on own components, for text values and for values that bind nothing', async () => {
    const result = await scanComponent(`
const Own = (props) => <p>{props.onSave}</p>;
export const Page = () => {
  const save = () => localStorage.clear();
  return <div><Own onSave={save} onClick={save} /><a onClick="save()" /><b onClick={undefined} /><i one={save} /></div>;
};`);
    expect(operationsOf(result).filter((line) => line.startsWith('ui_action'))).toEqual([]);
  });

  it('are likely actions on components of known libraries only', async () => {
    const result = await scanComponent(`
import { Button } from '@mui/material';
import { Widget } from 'some-widgets';
export const Page = () => {
  const save = () => localStorage.clear();
  return <div>
    <Button onClick={save} />
    <Widget onClick={save} />
  </div>;
};`);
    expect(operationsOf(result).filter((line) => line.startsWith('ui_action'))).toEqual(['ui_action save page.tsx:7']);
    expect(edgesOf(result, 'handles')).toEqual(['page.tsx:7 -> page.tsx:5 likely']);
  });

  it('name the factory that makes the handler, and the assigned name of a made one', async () => {
    const result = await scanFiles({
      'form.js': `
import React from 'react';
export class Form extends React.Component {
  constructor() {
    super();
    const change = (key) => (event) => localStorage.setItem(key, event.target.value);
    this.changeTitle = change('title');
    this.submit = (id) => (event) => localStorage.removeItem(id);
    this.clear = this.clear.bind(this);
  }
  clear() { localStorage.clear(); }
  render() {
    return <form onSubmit={this.submit(1)}>
      <input onChange={this.changeTitle} />
      <button onClick={this.clear} />
    </form>;
  }
}`,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('ui_action'))).toEqual([
      'ui_action submit form.js:13',
      'ui_action changeTitle form.js:14',
      'ui_action clear form.js:15',
    ]);
    expect(edgesOf(result, 'handles').toSorted()).toEqual([
      'form.js:13 -> form.js:8 certain',
      'form.js:14 -> form.js:7 certain',
      'form.js:15 -> form.js:11 certain',
    ]);
    expect(edgesOf(result, 'calls')).toContain('form.js:7 -> form.js:6 certain');
  });

  it('see through an arrow that only calls one own function; any other arrow is inline', async () => {
    const result = await scanComponent(`
export const Page = ({ id }) => {
  const remove = (key) => localStorage.removeItem(key);
  const store = (key) => localStorage.setItem(key, '1');
  return <div>
    <a onClick={() => remove(id)} />
    <a onClick={(event) => { event.preventDefault(); remove(id); }} />
    <a onClick={() => { remove(id); store(id); }} />
    <a onClick={() => remove(String(store(id)))} />
  </div>;
};`);
    expect(operationsOf(result).filter((line) => line.startsWith('ui_action'))).toEqual([
      'ui_action remove page.tsx:6',
      'ui_action remove page.tsx:7',
      'ui_action inline page.tsx:8',
      'ui_action inline page.tsx:9',
    ]);
    expect(edgesOf(result, 'handles').toSorted()).toEqual([
      'page.tsx:6 -> page.tsx:3 certain',
      'page.tsx:7 -> page.tsx:3 certain',
      'page.tsx:8 -> page.tsx:8 certain',
      'page.tsx:9 -> page.tsx:9 certain',
    ]);
    expect(edgesOf(result, 'calls')).toContain('page.tsx:8 -> page.tsx:4 certain');
  });

  it('know a function in useCallback by the name of its variable', async () => {
    const result = await scanComponent(`
import React, { useCallback } from 'react';
export const Page = () => {
  const save = useCallback(async () => { await fetch('/api/save', { method: 'POST' }); }, []);
  const drop = React.useCallback(() => localStorage.clear(), []);
  return <p onClick={save} onFocus={drop} />;
};`);
    expect(edgesOf(result, 'handles').toSorted()).toEqual([
      'page.tsx:6 -> page.tsx:4 certain',
      'page.tsx:6 -> page.tsx:5 certain',
    ]);
    expect(edgesOf(result, 'performs').toSorted()).toEqual([
      'page.tsx:4 -> page.tsx:4 certain',
      'page.tsx:5 -> page.tsx:5 certain',
    ]);
  });

  it('find the function a library wraps', async () => {
    const result = await scanComponent(`
import { useForm } from 'react-hook-form';
export const Page = () => {
  const { handleSubmit } = useForm();
  const save = () => localStorage.clear();
  return <form onSubmit={handleSubmit(save)} />;
};`);
    expect(operationsOf(result)).toContain('ui_action save page.tsx:6');
    expect(edgesOf(result, 'handles')).toEqual(['page.tsx:6 -> page.tsx:5 certain']);
  });

  it('are kept without a handler where none is declared, with the reason', async () => {
    const result = await scanComponent(`export const Leaf = ({ onPick }) => <li onClick={onPick} />;`);
    expect(operationsOf(result)).toEqual(['ui_action onPick page.tsx:1']);
    expect(result.unresolved.map(({ reason }) => reason)).toEqual(['no_handler_found']);
  });
});
