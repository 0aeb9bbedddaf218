import express from 'express';
import { reviewRoutes } from './reviewRoutes.ts';

const app = express();
app.use(express.json());
app.use('/reviews', reviewRoutes);

const port = Number(process.env.PORT ?? 4100);
app.listen(port, () => console.log(`Reviews listen on ${port}`));
