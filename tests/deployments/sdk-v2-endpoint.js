'use strict';

// osls 3 speaks to AWS through SDK version 2, which takes no endpoint from the environment as version 3 does.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

require('aws-sdk').config.update({
  endpoint: process.env.AWS_ENDPOINT_URL,
  s3ForcePathStyle: true, // a bucket's name before an address of numbers is no host
});
