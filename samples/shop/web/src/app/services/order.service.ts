import { HttpClient } from '@angular/common/http';
import { Injectable } from '@angular/core';
import { environment } from '@env/environment';
import { Observable } from 'rxjs';
import { Coupon, NewOrder, Order } from '../models/order';

@Injectable({ providedIn: 'root' })
export class OrderService {
  constructor(private readonly http: HttpClient) {}

  list(): Observable<Order[]> {
    return this.http.get<Order[]>(`${environment.apiUrl}/orders`);
  }

  place(order: NewOrder): Observable<Order> {
    return this.http.post<Order>(`${environment.apiUrl}/orders`, order);
  }

  cancel(id: number): Observable<void> {
    return this.http.delete<void>(`${environment.apiUrl}/orders/${id}`);
  }

  checkCoupon(code: string): Observable<Coupon> {
    return this.http.get<Coupon>(`${environment.apiUrl}/coupons/${encodeURIComponent(code)}`);
  }
}
