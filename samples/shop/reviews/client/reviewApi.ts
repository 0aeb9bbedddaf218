export interface Review {
  author: string;
  stars: number;
  text: string;
}

export async function fetchReviews(productId: number): Promise<Review[]> {
  const response = await fetch(`/reviews/${productId}`);
  if (!response.ok) throw new Error(`The reviews could not be read (${response.status}).`);
  return response.json();
}

export async function postReview(productId: number, review: Review): Promise<void> {
  const response = await fetch(`/reviews/${productId}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(review),
  });
  if (!response.ok) throw new Error(`The review could not be saved (${response.status}).`);
}
