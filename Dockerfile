FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/build.ts

FROM node:24-bookworm-slim
# Pinata asks git which files belong to a repository; mounted repositories belong to another user.
RUN apt-get update \
  && apt-get install -y --no-install-recommends git \
  && rm -rf /var/lib/apt/lists/* \
  && git config --system --add safe.directory '*' \
  && mkdir -p /data /folders \
  && chown node:node /data
WORKDIR /app
COPY --from=build /app/dist/server dist/server
COPY --from=build /app/dist/webview dist/webview
USER node
ENV PINATA_DATA_DIR=/data
EXPOSE 4180
CMD ["node", "dist/server/pinata.js", "serve", "--host", "0.0.0.0", "--port", "4180", "--root", "/folders"]
