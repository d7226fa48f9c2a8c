-- AlterTable
ALTER TABLE "user_account" ADD COLUMN     "totp_secret" BYTEA,
ADD COLUMN     "totp_since" TIMESTAMPTZ(3),
ADD COLUMN     "totp_step" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "user_session" ADD COLUMN     "proven_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
