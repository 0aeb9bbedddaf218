import { useCallback, useEffect, useState } from 'react';
import { fetchReviews, postReview, type Review } from './reviewApi.ts';
import { ReviewForm } from './ReviewForm.tsx';

export function ReviewPage({ productId }: { productId: number }) {
  const [reviews, setReviews] = useState<Review[]>([]);

  const load = useCallback(async () => {
    setReviews(await fetchReviews(productId));
  }, [productId]);

  useEffect(() => {
    void load();
  }, [load]);

  async function save(review: Review) {
    await postReview(productId, review);
    await load();
  }

  return (
    <section>
      <button onClick={() => load()}>Refresh</button>
      <ul>
        {reviews.map((review, index) => (
          <li key={index}>
            {'★'.repeat(review.stars)} {review.text} ({review.author})
          </li>
        ))}
      </ul>
      <ReviewForm onSave={save} />
    </section>
  );
}
