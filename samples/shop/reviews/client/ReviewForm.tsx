import { useState, type FormEvent } from 'react';
import type { Review } from './reviewApi.ts';

export function ReviewForm({ onSave }: { onSave: (review: Review) => Promise<void> }) {
  const [author, setAuthor] = useState(() => sessionStorage.getItem('author') ?? '');
  const [text, setText] = useState('');
  const [stars, setStars] = useState(5);

  async function handleSubmit(event: FormEvent) {
    event.preventDefault();
    sessionStorage.setItem('author', author);
    await onSave({ author, stars, text });
    setText('');
  }

  return (
    <form onSubmit={handleSubmit}>
      <input value={author} onChange={(event) => setAuthor(event.target.value)} placeholder="Name" />
      <input type="number" min={1} max={5} value={stars} onChange={(event) => setStars(Number(event.target.value))} />
      <textarea value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit">Save</button>
    </form>
  );
}
