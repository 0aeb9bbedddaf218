import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printTree } from '#engine/lower/printTree.ts';
import { Kind, type Tree } from '#engine/lower/tree.ts';
import type { Syntax } from '#engine/parse/syntax.ts';
import { calledNames, lower, nodesOf, syntaxOf, treeOf } from './lowerCSharpSupport.ts';

const SAMPLES = join(import.meta.dirname, '../../samples');
const DEEP = 10_000;
const deep = (text: string): string => text.repeat(DEEP);

describe('robustness', () => {
  it.each([
    ['parentheses', `x = ${deep('(')}a${deep(')')};`],
    ['blocks', deep('{') + deep('}')],
    ['arguments', `${deep('f(')}${deep(')')};`],
    ['a chain of calls', `x${deep('.a()')};`],
    ['conditional accesses', `x${deep('?.a()')};`],
    ['sums', `x = a${deep(' + b')};`],
    ['coalescing', `x = a${deep(' ?? b')};`],
    ['awaits before ?.', `x = ${deep('await ')}a?.b;`],
    ['classes', deep('class A {') + deep('}')],
    ['type arguments', `${deep('A<')}B${deep('>')} x;`],
    ['tuples', `var ${deep('(a, ')}b${deep(')')} = c;`],
    ['lambdas', `x = ${deep('y => ')}z;`],
    ['initialisers', `x = new A ${deep('{ B = ')}1${deep('}')};`],
    ['#if', `${deep('#if true\n')}a();\n${deep('#endif\n')}`],
    ['else if', `${deep('if (a) b(); else ')}c();`],
    ['garbage', deep('({[<')],
  ])('does not overflow on deeply nested %s', async (_, source) => {
    const tree = await lower(source);
    expect(tree.kind(tree.root)).toBe(Kind.File);
    expect(() => printTree(tree)).not.toThrow();
  });

  it('still sees the calls of a chain or sum too long for a tree', async () => {
    expect(calledNames(await lower(`x${'.a()'.repeat(1000)};`))).toHaveLength(1000);
    expect(calledNames(await lower(`x = s${' + a()'.repeat(1000)};`))).toHaveLength(1000);
  });

  it('lowers what surrounds a syntax error', async () => {
    const tree = await lower('class A { void M() { a(; b(); } int ) } class B { void N() { c(); } }');
    expect(calledNames(tree)).toEqual(expect.arrayContaining(['b', 'c']));
  });
});

/** A file with most constructs, for the properties that hold for every tree. */
const MIXED = `
using System;
[assembly: A(typeof(B))]
namespace N;
public class C(int a, string b) : D(f1(a)), I
{
    private readonly X x = new() { P = f2() }, y = f3();
    public int Q { get => f4(); set { f5(value); } } = f6();
    int this[int i] { get { return f7(i); } set { f8(value); } }
    public C(int z) : this(z, f9()) => f10();
    public async Task<T?> M<T>([K(nameof(C))] this int p = 3) where T : class
    {
        var (u, v) = await f11()?.g()!;
        foreach (var (k, _) in f12()) { if (k is Foo { Bar: 1 } foo && foo.h()?.i() == f13()) f14(); }
        return q?.r(s => s.t($"{f15()}"), out var o) ?? o switch { 1 => f16(), Z z when z.w() => throw new E(f17()), _ => default };
        int local(int m = 4) => f18(m)[f19()];
        var e = from c in db.Cs join d in f20() on c.X equals f21(d) into gg where f22(c) select new { c.Y, W = f23() };
        (q, x.P) = (f24(), f25() as Foo);
        var w = record with { A = f26(), B = [f27(), ..f28()] };
        using (f29()) try { } catch (Exception ex) when (f30(ex)) { }
    }
}`;

describe('every tree', () => {
  it('holds each node once and every call of the source once', async () => {
    const sources = [MIXED, ...sampleSources()];
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) expectComplete(await syntaxOf(source));
  });

  it('spans its children', async () => {
    const tree = await lower(MIXED);
    for (const call of nodesOf(tree, Kind.Call)) {
      for (const child of tree.children(call)) {
        expect(tree.start(child)).toBeGreaterThanOrEqual(tree.start(call));
        expect(tree.end(child)).toBeLessThanOrEqual(tree.end(call));
      }
    }
  });
});

function endsOfCalls(tree: Tree): number[] {
  return nodesOf(tree, Kind.Call)
    .map((id) => tree.end(id))
    .toSorted((a, b) => a - b);
}

/** Ends of what must become a Call: invocations but `nameof`, `typeof`, calls of base constructors. */
function endsOfInvocations(syntax: Syntax): number[] {
  const ends: number[] = [];
  for (let id = 0; id < syntax.length; id++) {
    const kind = syntax.type(id);
    const isCall = kind === 'invocation_expression' && syntax.text(syntax.field(id, 'function')) !== 'nameof';
    const isBase = kind === 'argument_list' && syntax.type(syntax.parent(id)) === 'base_list';
    if (isCall || isBase || kind === 'typeof_expression' || kind === 'constructor_initializer')
      ends.push(syntax.end(id));
  }
  return ends.toSorted((a, b) => a - b);
}

function sampleSources(): string[] {
  const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.cs'));
  return files.map((file) => readFileSync(join(SAMPLES, file), 'utf8'));
}

function expectComplete(syntax: Syntax): void {
  const tree = treeOf(syntax);
  const seen = new Set<number>([tree.root]);
  const pending = [tree.root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const child of tree.children(id)) {
      expect(seen.has(child)).toBe(false);
      seen.add(child);
      pending.push(child);
    }
  }
  let written = 0;
  for (let at = 1; at < tree.length; at = tree.after(at)) written++;
  expect(seen.size).toBe(written);
  expect(endsOfCalls(tree)).toEqual(endsOfInvocations(syntax));
}
