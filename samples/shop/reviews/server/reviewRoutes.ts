import { Router } from 'express';
import { addReview, listReviews } from './reviewStore.ts';

export const reviewRoutes = Router();

reviewRoutes.get('/:productId', async (request, response) => {
  response.json(await listReviews(Number(request.params.productId)));
});

reviewRoutes.post('/:productId', async (request, response) => {
  const { author, stars, text } = request.body;
  if (typeof text !== 'string' || !(stars >= 1 && stars <= 5)) {
    response.status(400).json({ message: 'A review has a text and 1 to 5 stars.' });
    return;
  }
  const review = await addReview({ productId: Number(request.params.productId), author, stars, text });
  response.status(201).json(review);
});
