/** The refusals of S3, by the codes and in the words of its API. */
import { ServiceError } from '../error.ts';

export function noSuchBucket(bucket: string): ServiceError {
  const fields = { BucketName: bucket };
  return new ServiceError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, fields });
}

export function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', {
    ...{ status: 404, fields: { Key: key } },
  });
}

export function noSuchUpload(id: string): ServiceError {
  const message =
    'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may ' +
    'have been aborted or completed.';
  return new ServiceError('NoSuchUpload', message, { status: 404, fields: { UploadId: id } });
}

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('InvalidArgument', message);
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequest', message);
}

/** A condition of the request does not hold. */
export function preconditionFailed(condition: string): ServiceError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new ServiceError('PreconditionFailed', message, { status: 412, fields: { Condition: condition } });
}

/** What the client has is what there is. */
export function notModified(): ServiceError {
  return new ServiceError('NotModified', 'Not Modified', { status: 304 });
}
