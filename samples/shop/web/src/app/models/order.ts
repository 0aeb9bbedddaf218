export interface CartLine {
  productId: number;
  name: string;
  price: number;
  quantity: number;
}

export interface NewOrder {
  email: string;
  couponCode: string | null;
  lines: { productId: number; quantity: number }[];
}

export interface Order {
  id: number;
  number: string;
  status: 'Placed' | 'Paid' | 'Cancelled';
  placedAt: string;
  total: number;
}

export interface Coupon {
  code: string;
  percent: number;
}
