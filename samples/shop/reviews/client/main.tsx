import { createRoot } from 'react-dom/client';
import { ReviewPage } from './ReviewPage.tsx';

const productId = Number(new URLSearchParams(location.search).get('product'));
createRoot(document.getElementById('root')!).render(<ReviewPage productId={productId} />);
