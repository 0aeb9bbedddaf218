import { describe, expect, it } from 'vitest';
import { edgesOf, scanFiles } from '../support/scanFiles.ts';

describe('methods handed to .NET types that run them', () => {
  it('are likely called where the value is made; those handed to commands are not', async () => {
    const result = await scanFiles({
      'Store.cs': `using System;
using System.IO;
using CommunityToolkit.Mvvm.Input;
public class Store {
  private Lazy<string> _text;
  public void Reset() { _text = new Lazy<string>(Read); }
  public void Bind() { var command = new RelayCommand(Clear); }
  private string Read() { return File.ReadAllText("a.txt"); }
  private void Clear() { File.Delete("a.txt"); }
}`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['Store.cs:6 -> Store.cs:8 likely']);
  });
});
