/** Where every simulation is: the account and the Region in the names of its resources. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
